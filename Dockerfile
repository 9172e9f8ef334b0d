# One image for the whole set: patients, monitor, payments, gateway and the one-shot set-up of the database. The command says which;
# every one of them is `node --import tsx <service>/main.ts`, as on a machine without containers.
# Not in it: PostgreSQL and Redis, tests, the lab, and the tools that only build.

FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package needs its install script to run here, and Prisma's would look for an engine to download.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY prisma/schema.prisma prisma/schema.prisma
# Generating needs no engine but insists on having one; any file that exists will do.
RUN CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1 PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node \
    node node_modules/prisma/build/index.js generate --schema prisma/schema.prisma
# The generator and the embedded PostgreSQL have no work left: two thirds of what was installed.
RUN npm pkg delete dependencies.prisma optionalDependencies \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
# A new volume mounted here takes over this owner.
RUN mkdir -p /var/lib/relevo && chown node:node /var/lib/relevo
COPY --from=packages /app/node_modules node_modules
COPY --from=packages /app/generated generated
COPY package.json tsconfig.json ./
COPY prisma prisma
COPY shared shared
COPY local local
COPY deploy deploy
COPY gateway gateway
COPY payments payments
COPY monitor monitor
COPY patients patients
USER node
# Live, not ready: a service that waits for PostgreSQL is in order. Docker only shows this; a process that ends is started again.
# The look is a Node of its own and slow on a machine that is busy starting everything, so it is given time.
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "tsx", "patients/main.ts"]
