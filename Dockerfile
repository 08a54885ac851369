# Reeve in a container. Build:  docker build -t reeve .
# Run:    docker run --env-file .env -v reeve-home:/var/lib/reeve -v /etc/reeve/app.pem:/etc/reeve/app.pem:ro \
#           --security-opt seccomp=unconfined --security-opt systempaths=unconfined -p 3000:3000 reeve
# The two options let bubblewrap make its namespaces; the container's usual profile forbids them. The image insists on
# bubblewrap (REEVE_SANDBOX): without it an agent could read what the server reads, so the start is refused.
# Your agent's program is not in it: install it in an image made FROM this one.
# `docker run … reeve doctor` says what is missing.

FROM node:22.23.3-bookworm-slim AS build
# better-sqlite3 is compiled where no prebuilt binary can be fetched.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build \
  && npm ci --omit=dev \
  && npm cache clean --force

FROM node:22.23.3-bookworm-slim
# tini reaps what outlives its parent: run hosts are detached from the server on purpose.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends bubblewrap ca-certificates git tini tmux util-linux \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --create-home --uid 10001 reeve \
  && install --directory --owner=reeve --group=reeve --mode=0700 /var/lib/reeve
WORKDIR /app
COPY --from=build /app/package.json /app/app.yml /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 REEVE_HOME=/var/lib/reeve REEVE_SANDBOX=bwrap
VOLUME /var/lib/reeve
EXPOSE 3000
USER reeve
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "dist/bin/reeve.js"]
CMD ["serve"]
