// What this server is, what it is made of, and the way out.
import { Anchor, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import { Answer } from "../../components/Answer";
import { ProblemCard } from "../../components/ProblemCard";
import { Statement } from "../../components/Statement";
import { useSession } from "../../components/session";
import { api, keepCsrfToken } from "../../lib/api";
import { texts } from "../../texts";
import { settings } from "../../texts/settings";

const words = settings.about;

export function About() {
  const session = useSession();
  const server = api.useQuery("get", "/v1/server");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const signOut = api.useMutation("delete", "/v1/sign-in", {
    onSuccess: async () => {
      keepCsrfToken(null);
      queries.clear();
      await navigate("/sign-in");
    },
  });
  return (
    <Stack align="flex-start" maw={640}>
      <Group gap="xs">
        <Text>
          {words.account} <Code>{session.tenant_id}</Code>
        </Text>
        <CopyButton value={session.tenant_id}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? texts.common.copied : texts.common.copy}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Answer query={server}>
        {({ version, signing_key }) => (
          <>
            <Text>
              {words.version} <Code>{version}</Code>
            </Text>
            <Text style={{ overflowWrap: "anywhere" }}>
              {words.signingKey} <Code>{signing_key.id}</Code>
            </Text>
          </>
        )}
      </Answer>
      <Statement />
      <Anchor href="/docs">{words.reference}</Anchor>
      <Anchor component={Link} to="/licences">
        {words.licences}
      </Anchor>
      <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate({})}>
        {words.signOut}
      </Button>
      {signOut.error && <ProblemCard error={signOut.error} />}
    </Stack>
  );
}
