"""What other systems send by themselves: who sent it, what it says, and how it becomes facts.

signature    who sent it: a signature over its name, time and body, or a token
matchers     which alerts are meant, in Alertmanager's own words
alerts       Alertmanager's webhook
events       CloudEvents 1.0, structured, batched and binary
reading      a body as deliveries of facts
"""
