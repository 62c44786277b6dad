"""Files that a request names: fetched from strangers' servers without trusting any of them."""
