"""What is computed of series: numbers in, figures out. Pure, and exact far from zero: means are
taken away before anything is squared.

comparison   a series beside one that is trusted
buckets      averages of buckets that have what is usual
finding      a span with figures: what the functions of jobs give
correlation  PEARSON_CORRELATION
drift        DRIFT
exceedance   THRESHOLD_EXCEEDANCE
anomaly      ZSCORE_ANOMALY
gaps         DATA_GAP
"""
