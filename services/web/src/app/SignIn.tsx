// Signing in: by the one-time link that the service printed, or by an API key. Neither is kept in the browser.
import { Button, Card, Center, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { Loading } from "../components/Loading";
import { ProblemCard } from "../components/ProblemCard";
import { api } from "../lib/api";
import { asProblem } from "../lib/problem";
import { texts } from "../texts";

/** The one-time link carries its secret behind `#`: servers, logs, and the Referer header never see it. */
const linkIn = (hash: string): string | null => new URLSearchParams(hash.slice(1)).get("link");

/** Where one wanted to go: an address of ours, also if it began as another host's does. */
const placeOf = (from: unknown): string => (typeof from === "string" ? from.replace(/^[\\/]+/, "/") : "/");

export function SignIn() {
  const used = useRef<string | null>(null);
  const [key, setKey] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { hash, state } = useLocation();
  const signIn = api.useMutation("post", "/v1/sign-in", {
    onError: () => {
      used.current = null;
    },
    onSuccess: async () => {
      queries.clear();
      await navigate(placeOf(state?.from), { replace: true });
    },
  });
  const { mutate } = signIn;
  useEffect(() => {
    const link = linkIn(hash); // also one that is pasted while this page is open
    if (!link) return;
    if (link !== used.current) mutate({ body: { link } });
    used.current = link; // while developing, an effect runs twice
    void navigate("/sign-in", { replace: true, state });
  }, [hash, state, mutate, navigate]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate({ body: { key } });
  };
  if (signIn.isPending && !key) return <Loading label={texts.signIn.signingIn} />;
  const refusal = signIn.error ? asProblem(signIn.error) : null;
  return (
    <Center component="main" mih="100dvh" p="md">
      <Card withBorder maw={440} w="100%" p="xl">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1}>{texts.signIn.title}</Title>
            <Text c="dimmed">{texts.signIn.how}</Text>
            <PasswordInput
              label={texts.signIn.key}
              placeholder="mk_…"
              autoComplete="off"
              required
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              error={refusal?.of("/key") ?? undefined}
            />
            {refusal && !refusal.of("/key") && (
              <ProblemCard error={refusal} onRetry={() => signIn.variables && mutate(signIn.variables)} />
            )}
            <Button type="submit" loading={signIn.isPending}>
              {texts.signIn.submit}
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
