FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
        -ldflags "-s -w -X main.version=$VERSION" -o /out/strangerd . \
    && mkdir -p -m 0700 /out/root/var/lib/strangerd

FROM scratch
COPY --from=build /out/strangerd /strangerd
# Empty, so that a new volume takes its owner and mode.
COPY --from=build --chown=65532:65532 /out/root /
ENV STRANGERD_DATA=/var/lib/strangerd
VOLUME /var/lib/strangerd
EXPOSE 2222
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["/strangerd", "health"]
ENTRYPOINT ["/strangerd"]
