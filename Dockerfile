# syntax=docker/dockerfile:1
# The emulator as a small image: one static binary.
#
#   docker build -t asf .                           # with a shell, for init scripts
#   docker build -t asf:minimal --target minimal .   # the binary alone, nothing else to run in it

FROM rust:1.95-alpine AS build
# The C library of Alpine is musl, and Rust links it statically there.
RUN apk add --no-cache musl-dev
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package asf \
    && cp target/release/asf /asf

FROM scratch AS minimal
COPY --from=build /asf /usr/local/bin/asf
# In a container, the loopback is nobody else's.
ENV GATEWAY_LISTEN=0.0.0.0:4566 \
    HOME=/var/lib/localstack \
    LOCALSTACK_VOLUME_DIR=/var/lib/localstack \
    PATH=/usr/local/bin:/usr/bin:/bin
EXPOSE 4566 4510-4559
VOLUME /var/lib/localstack
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --start-interval=1s \
    CMD ["/usr/local/bin/asf", "status", "--format", "plain"]
ENTRYPOINT ["/usr/local/bin/asf"]
CMD ["start"]

FROM alpine:3 AS standard
COPY --from=build /asf /usr/local/bin/asf
ENV GATEWAY_LISTEN=0.0.0.0:4566 \
    LOCALSTACK_VOLUME_DIR=/var/lib/localstack
EXPOSE 4566 4510-4559
VOLUME /var/lib/localstack
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --start-interval=1s \
    CMD ["/usr/local/bin/asf", "status", "--format", "plain"]
ENTRYPOINT ["/usr/local/bin/asf"]
CMD ["start"]
