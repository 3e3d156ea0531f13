"""One file per verb. A use case loads, decides by `sallyport.domain` and `sallyport.services`, records state and
evidence, then acts."""
