"""Graph IR written from Python, run by the reference interpreter or by the compiler, and compared.

`graph_ir` builds functions of graph ops as text, `runner` runs them on arrays, `numeric` draws random data and compares,
`grid` is the breadth test of single kernels, `fuzz` makes random graphs.
"""
