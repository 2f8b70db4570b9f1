atom

atom

atom

