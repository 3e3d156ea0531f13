"""`sallyport audit report`: what an export says about a period, for an external auditor."""
