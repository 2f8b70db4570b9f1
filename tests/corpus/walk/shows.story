simulation:
    Action :: Source.user --> 'act'
    Action :: Source.user --> 'act'
    Action :: Source.user --> 'act'

end.
