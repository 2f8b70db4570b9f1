simulation:
PHASE Phase.handshake:
    Event  :: listen
    Event  :: a-syn
    Event  :: b-syn-ack
    Event  :: a-ack (of=0)

PHASE Phase.transfer:
    Action :: Source.client --> 'send'(a)
    Event  :: a-data
    Action :: Source.client --> 'acknowledge_now'
    Event  :: b-ack (of=1)
    Action :: Source.client --> 'send'(a)
    Event  :: a-data
    Action :: Source.client --> 'send'(a)
    Event  :: a-data
    Action :: Source.client --> 'send'(b)
    Event  :: b-data
    Action :: Source.server --> 'send'(a)
    Event  :: a-data
    Event  :: a-ack (of=1)
    Event  :: b-ack (of=3)

PHASE Phase.teardown:
    Event  :: b-fin
    Event  :: a-ack (of=0)
    Event  :: a-fin
    Event  :: b-ack (of=0)

end.
simulation:
PHASE Phase.handshake:
    Event  :: listen
    Event  :: a-syn
    Event  :: b-syn-ack
    Event  :: a-ack (of=0)

PHASE Phase.transfer:
    Action :: Source.server --> 'send'(b)
    Event  :: b-data
    Action :: Source.server --> 'send'(b)
    Event  :: b-data
    Event  :: a-ack (of=2)

PHASE Phase.teardown:
    Event  :: a-fin
    Event  :: b-ack (of=0)
    Event  :: b-fin
    Event  :: a-ack (of=0)

end.
