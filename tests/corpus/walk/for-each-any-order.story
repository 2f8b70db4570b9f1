c-seen
a-seen
b-seen
number
number-0

c-seen
b-seen
a-seen
number-0
number

a-seen
c-seen
b-seen
number
number-0

b-seen
a-seen
c-seen
number-0
number

