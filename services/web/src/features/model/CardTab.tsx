// The card: what the model fixes and varies, with measured bounds; its limits; how well it finds coverings; copying.
import { Alert, Grid, List, Stack, Table, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconFlag } from "@tabler/icons-react";
import { Facts } from "../../components/Facts";
import { type Card, cardOf, fileUrl, guaranteesOf, variesOf } from "../../lib/card";
import { count, percent } from "../../lib/format";
import { texts } from "../../texts";
import { model } from "../../texts/model";
import { models } from "../../texts/models";
import type { TabProps } from "./Screen";

const words = model.card;

export function CardTab({ model, version }: TabProps) {
  const card = cardOf(version);
  return (
    <Grid gap="xl">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack gap="xl">
          {model.flags.map((flag) => (
            <Alert
              key={flag.at}
              color="red"
              variant="light"
              icon={<IconFlag aria-hidden />}
              title={words.flags}
            >
              {flag.detail}
            </Alert>
          ))}
          {card.warnings?.map((warning) => (
            <Alert
              key={warning.detail}
              color="yellow"
              variant="light"
              icon={<IconAlertTriangle aria-hidden />}
            >
              {warning.detail}
            </Alert>
          ))}
          <Fixes version={version} />
          <Copying card={card} />
          {card.quality && (
            <Section title={words.quality}>
              <Facts value={card.quality} />
            </Section>
          )}
          <Coverings card={card} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack gap="sm">
          <Title order={2}>{words.samples}</Title>
          <img
            src={fileUrl(version.model_id, version.version, "samples.png")}
            alt={`${models.samplesOf(model.name)}, ${texts.common.computerMade}`}
            width={664}
            height={704}
            style={{ width: "100%", height: "auto", borderRadius: "var(--mantine-radius-md)" }}
          />
          <Title order={2} mt="md">
            {words.limits}
          </Title>
          <List>
            {card.limits?.map((limit) => (
              <List.Item key={limit}>{limit}</List.Item>
            ))}
          </List>
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Section({ title, detail, children }: { title: string; detail?: string; children: React.ReactNode }) {
  return (
    <Stack gap="xs">
      <Title order={2}>{title}</Title>
      {detail && (
        <Text fz="sm" c="dimmed">
          {detail}
        </Text>
      )}
      {children}
    </Stack>
  );
}

function Fixes({ version }: Pick<TabProps, "version">) {
  const guarantees = guaranteesOf(version);
  const varies = variesOf(version);
  return (
    <>
      <Section title={words.fixes} detail={guarantees.length ? words.fixesDetail : words.none}>
        {guarantees.length > 0 && (
          <Table.ScrollContainer minWidth={460}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{words.attribute}</Table.Th>
                  <Table.Th>{words.value}</Table.Th>
                  <Table.Th ta="right">{words.bound}</Table.Th>
                  <Table.Th ta="right">{words.share}</Table.Th>
                  <Table.Th ta="right">{words.classifierError}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {guarantees.map((of) => (
                  <Table.Tr key={of.attribute}>
                    <Table.Td>{of.attribute}</Table.Td>
                    <Table.Td>{of.value}</Table.Td>
                    <Table.Td ta="right" fw={600}>
                      {percent(of.lower_bound)}
                    </Table.Td>
                    <Table.Td ta="right">
                      {percent(of.share)} / {count(of.samples)}
                    </Table.Td>
                    <Table.Td ta="right">
                      {of.classifier_error === null ? "" : percent(of.classifier_error)}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Section>
      {varies.length > 0 && (
        <Section title={words.varies}>
          <Text>
            {varies.map((of) => words.variesRow(of.attribute, of.values)).join(", ")}
            {version.combinations !== null && ` (${models.combinations(count(version.combinations))})`}
          </Text>
        </Section>
      )}
    </>
  );
}

function Copying({ card }: { card: Card }) {
  if (!card.memorisation) return null;
  const { verdict, reason } = card.memorisation;
  return (
    <Section title={words.copying}>
      <Text>
        {words.verdicts[verdict] ?? verdict.replaceAll("_", " ")} {reason && `(${reason})`}
      </Text>
    </Section>
  );
}

function Coverings({ card }: { card: Card }) {
  const detector = card.covering_detector;
  if (!detector) return null;
  const rows: [string, { iou: number; recall: number }][] = [
    [words.all, detector],
    ...Object.entries(detector.families ?? {}),
  ];
  return (
    <Section title={words.coverings} detail={words.coveringsDetail}>
      <Table verticalSpacing={4} maw={420}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.family}</Table.Th>
            <Table.Th ta="right">{words.iou}</Table.Th>
            <Table.Th ta="right">{words.recall}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([family, found]) => (
            <Table.Tr key={family} fw={family === words.all ? 600 : 400}>
              <Table.Td>{family}</Table.Td>
              <Table.Td ta="right">{percent(found.iou)}</Table.Td>
              <Table.Td ta="right">{percent(found.recall)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
