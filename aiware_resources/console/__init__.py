"""The console: pages in the browser about jobs, recordings and stacks, served on this machine for its user alone.

`server` serves them, and `guard` keeps everybody else out; `places` says which aiWARE they are about; `joblist` and
`jobread` read what they show, through the interface of the API alone; `live` polls, once for all pages; `frame` is what
every page has around it. The other modules are a page each, or parts of pages.
"""
