"""A re-imaging as one signed zip: `packing` makes it, `verifying` checks one; `report` is its page for people."""
