atom

atom

open
atom
comma
atom
close

