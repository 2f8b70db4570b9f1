a1
a2
c1
b1
b2
a3
after
a1
a1
after

b1
b2
c1
a1
a2
a3
after
a1
a1
after

a1
b1
b2
a2
c1
a3
after
a1
a1
after

