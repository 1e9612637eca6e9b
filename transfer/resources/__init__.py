"""One module per resource. `transfer.registry` lists them."""
