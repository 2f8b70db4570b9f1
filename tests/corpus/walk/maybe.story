a
b
b

b
b

a
b
d
d
b

