// What the app is made with, and under which licences: written by the build, from what it bundled.
import { Accordion, Code, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../../components/Answer";
import { Page } from "../../components/Page";
import { problemOf } from "../../lib/problem";
import { licences as words } from "../../texts/licences";

interface Licence {
  name: string;
  version: string;
  identifier: string | null;
  text?: string;
}

async function read(): Promise<Licence[]> {
  const response = await fetch("/licences.json");
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

export function Screen() {
  const licences = useQuery({ queryKey: ["licences"], queryFn: read, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Page title={words.title} detail={words.detail}>
      <Answer query={licences}>
        {(list) => (
          <Accordion variant="separated" maw={860}>
            {list.map(({ name, version, identifier, text }) => (
              <Accordion.Item key={`${name} ${version}`} value={name}>
                <Accordion.Control>
                  <Group justify="space-between" pr="md">
                    <Text fw={600}>
                      {name} {version}
                    </Text>
                    <Text c="dimmed">{identifier}</Text>
                  </Group>
                </Accordion.Control>
                <Accordion.Panel>
                  {text ? (
                    <Code block tabIndex={0} style={{ whiteSpace: "pre-wrap" }}>
                      {text}
                    </Code>
                  ) : (
                    words.withoutText
                  )}
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        )}
      </Answer>
    </Page>
  );
}
