module ecc

go 1.26
