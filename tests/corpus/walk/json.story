number

false-word

array-open
array-open
string
comma
null-word
array-close
comma
number
array-close

false-word

