a-seen
c-seen
b-seen
number-0
number

c-seen
b-seen
a-seen
number-0
number

c-seen
a-seen
b-seen
number-0
number

c-seen
a-seen
b-seen
number-0
number

