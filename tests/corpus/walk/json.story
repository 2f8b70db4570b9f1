number

number

string

number

