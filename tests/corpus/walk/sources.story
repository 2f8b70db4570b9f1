simulation:
PHASE Phase.only:
    Action :: Source.admin --> 'work'
    Event  :: done
    Action :: Source.admin --> 'work'
    Event  :: done
    Action :: Source.agent --> 'work'
    Event  :: done
    Action :: Source.agent --> 'rest'
    Event  :: done
    Action :: Source.agent --> 'rest'
    Event  :: done
    Action :: Source.admin --> 'work'
    Event  :: done
    Action :: Source.user --> 'work'
    Event  :: done
    Action :: Source.agent --> 'rest'
    Event  :: done

end.
