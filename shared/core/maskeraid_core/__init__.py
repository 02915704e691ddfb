"""What every service stands on; no TensorFlow, no HTTP framework.

settings, log, errors, ids      values made once at the edge
jobs, documents/                what MongoDB holds
status_machine                  what may become of a job: every move and wish, as values
repositories/                   every MongoDB call
mongo, portal, blobs, manifests stores and the way to them from synchronous code
queue, news, silence            the doorbell, "job X has news", and what to do when Redis does not answer
turns                           whose job is next
worker, held                    the life of a claimed job, and what its work may say meanwhile
outbox, sweeper                 what must follow a move of a job, and who repairs what was left behind
failpoints                      where tests break a process
"""

VERSION = "0.1.0"
