module sgfit

go 1.26
