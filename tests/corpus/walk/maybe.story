a
b
b

a
b
d
d
b

b
d
d
b

