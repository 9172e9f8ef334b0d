# One image for the whole set: patients, monitor, payments, gateway and the one-shot set-up of the database. The
# command selects the program. Every program is compiled into one file with most of its npm packages, by the same step
# as with `npm start`: `node --enable-source-maps generated/services/<service>.mjs`.
# The image does not contain PostgreSQL, Redis, the tests, the lab, the TypeScript sources, or tools that only build.

# The long-term support release. Development starts at Node 20.19, which receives no more fixes since April 2026.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package needs its install script here, and Prisma's script would try to download an engine.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY prisma/schema.prisma prisma/schema.prisma
# Generating needs no engine, but Prisma requires the path of one. Any existing file is accepted.
RUN CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1 PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node \
    node node_modules/prisma/build/index.js generate --schema prisma/schema.prisma
COPY tsconfig.json ./
COPY prisma prisma
COPY shared shared
COPY local local
COPY deploy deploy
COPY gateway gateway
COPY payments payments
COPY monitor monitor
COPY patients patients
RUN node --import tsx deploy/compile-image.ts
# Most packages are inside the compiled services, or only build, or are an embedded PostgreSQL. Of the others no types and
# maps are needed, and of Prisma's query compilers only the one that the client of patients loads.
RUN node --import tsx deploy/keep-packages.ts \
 && find node_modules '(' -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' ')' -delete \
 && find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name 'query_compiler_fast_bg.postgresql.*' -delete
# What the compiled programs read beside the packages: pages, styles and migrations. The sources stay behind.
RUN find shared monitor patients prisma '(' -name '*.ts' -o -name '*.md' ')' -delete \
 && find shared monitor patients prisma -type d -empty -delete

FROM node:24-bookworm-slim
WORKDIR /app
# V8's own limit is 259 MB in every container up to 512 MB. With less memory than that, the kernel would kill a process
# that still has garbage to collect. The rest is for code, buffers and the young generation. Node.js knows this option
# since 24.6.
ENV NODE_ENV=production NODE_OPTIONS=--max-old-space-size-percentage=60
# A new volume mounted here inherits this owner.
RUN mkdir -p /var/lib/relevo && chown node:node /var/lib/relevo
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/generated/services generated/services
COPY --from=build /app/package.json package.json
COPY --from=build /app/shared shared
COPY --from=build /app/monitor monitor
COPY --from=build /app/patients patients
COPY --from=build /app/prisma prisma
USER node
# Checks liveness, not readiness: a service that waits for PostgreSQL is healthy. Docker only displays the result; it
# restarts a process that ends. The check starts a Node process of its own, which is slow while the machine starts all
# services. Hence the long time-outs.
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "generated/services/patients.mjs"]
