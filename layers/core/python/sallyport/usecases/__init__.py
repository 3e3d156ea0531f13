"""One file per verb. A use case loads, decides by `sallyport.domain`, records state and evidence, then acts."""
