# Writes the tables of this folder from the packages that ship them (README.md says how to call it):
#   Rscript export.R SKLEARN GGPLOT2 OUT
# SKLEARN and GGPLOT2 are folders into which the Debian packages python3-sklearn and r-cran-ggplot2 were unpacked.
arguments <- commandArgs(trailingOnly = TRUE)
sklearn <- file.path(arguments[1], "usr/lib/python3/dist-packages/sklearn/datasets/data")
ggplot2 <- file.path(arguments[2], "usr/lib/R/site-library/ggplot2/data/Rdata")
out <- arguments[3]

save <- function(name, table) {
  stopifnot(all(sapply(table, is.numeric)), !anyNA(table))
  write.csv(table, file.path(out, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

diabetes <- read.table(file.path(sklearn, "diabetes_data_raw.csv.gz"))
names(diabetes) <- c("age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu")
diabetes$progression <- scan(file.path(sklearn, "diabetes_target.csv.gz"), quiet = TRUE)
save("diabetes", diabetes[names(diabetes) != "sex"])

wine <- read.csv(file.path(sklearn, "wine_data.csv"), skip = 1, header = FALSE)[, 1:13]
names(wine) <- c(
  "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
  "nonflavanoid_phenols", "proanthocyanins", "colour_intensity", "hue", "od280_od315", "proline"
)
save("wine", wine)

nuclei <- read.csv(file.path(sklearn, "breast_cancer.csv"), skip = 1, header = FALSE)[, 1:10]
names(nuclei) <- c(
  "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points",
  "symmetry", "fractal_dimension"
)
save("nuclei", nuclei)

save("quakes", datasets::quakes)

lazyLoad(ggplot2, envir = (shipped <- new.env()))
diamonds <- as.data.frame(shipped$diamonds)[c("carat", "depth", "table", "price", "x", "y", "z")]
# A length of 0 mm marks a missing measurement.
diamonds <- diamonds[diamonds$x > 0 & diamonds$y > 0 & diamonds$z > 0, ]
set.seed(1, kind = "Mersenne-Twister", sample.kind = "Rejection")
save("diamonds", diamonds[sort(sample(nrow(diamonds), 1000)), ])
