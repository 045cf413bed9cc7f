"""The stacks of a Pulumi project: whether what stands in their files can work."""
