"""What intervals of time hold, exact whatever came late.

intervals              calendar intervals in a zone, as bounds
series, service        what is asked: one sensor, or up to 200 series
buckets, functions     partial aggregates put together; what is made of them
filling, downsampling  gaps; as many points as a screen has
cost                   what a question costs, told before it is paid
answers, parameters    as tables; how it is asked
"""
