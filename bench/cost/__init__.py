"""What Sallyport costs: an idle month, and one approval, from the template and a table of prices."""
