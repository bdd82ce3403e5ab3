# The whole tool chain in a container. The list of packages is tools/bootstrap's, not this file's.
#
#   docker build -t faultline . && docker run --rm faultline
#   docker run --rm -v "$PWD:/here" -w /here faultline run my.txtpb
FROM debian:12-slim
COPY . /faultline
RUN /faultline/tools/bootstrap && rm -rf /var/lib/apt/lists/*
RUN /faultline/tools/run --help
ENTRYPOINT ["/faultline/tools/run"]
