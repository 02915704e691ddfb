// What the architecture decides by itself unless it is told; closed until something is set.
import { Button, Collapse, Group, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { newTraining as words } from "../../texts/newTraining";
import { errorUnder } from "./fieldErrors";
import { knownHyper } from "./order";
import { Section } from "./Section";
import type { SectionProps } from "./useOrder";

const YES_NO = [
  { value: "", label: words.automatic },
  { value: "true", label: words.yes },
  { value: "false", label: words.no },
];
/** Those with few values; the others are numbers. */
const CHOICES: Record<string, { value: string; label: string }[]> = {
  real_label: [
    { value: "", label: words.automatic },
    { value: "1", label: "1" },
    { value: "0.9", label: "0.9" },
  ],
  loop: [
    { value: "", label: words.automatic },
    { value: "fused", label: words.loops.fused },
    { value: "plain", label: words.loops.plain },
  ],
  engine_b: YES_NO,
  engine_c: YES_NO,
  detector: YES_NO,
  asymmetric: YES_NO,
};

export function AdvancedSection({ order, change, problem }: SectionProps) {
  const names = knownHyper(order);
  const isSet = order.seed !== "" || Object.keys(order.hyper).length > 0;
  const [isAsked, setIsAsked] = useState(isSet);
  const ofAll = problem?.of("/hyperparameters");
  const isOpen = isAsked || errorUnder(problem, "/hyperparameters") !== null; // what is wrong is never hidden
  const id = useId();
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  const set = (name: string, value: string): void => {
    const { [name]: _old, ...rest } = order.hyper;
    change({ hyper: value === "" ? rest : { ...rest, [name]: value } });
  };
  return (
    <Section title={words.advanced} detail={words.advancedHow}>
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon size={16} aria-hidden />}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsAsked(!isOpen)}
        >
          {isOpen ? words.hide : words.show}
        </Button>
        {!isOpen && isSet && <Text fz="sm">{words.someSet}</Text>}
      </Group>
      <Collapse expanded={isOpen} id={id} keepMounted={false}>
        <Stack>
          {ofAll && (
            <Text fz="sm" c="red" role="alert">
              {ofAll}
            </Text>
          )}
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {names.map((name) => (
              <Hyper
                key={name}
                name={name}
                value={order.hyper[name] ?? ""}
                error={problem?.of(`/hyperparameters/${name}`) ?? null}
                onChange={(value) => set(name, value)}
              />
            ))}
            <TextInput
              label={words.seed}
              description={words.seedHow}
              inputMode="numeric"
              placeholder={words.drawn}
              value={order.seed}
              onChange={(event) => change({ seed: event.currentTarget.value.replace(/\D/g, "") })}
              error={problem?.of("/seed") ?? undefined}
            />
          </SimpleGrid>
        </Stack>
      </Collapse>
    </Section>
  );
}

interface HyperProps {
  name: string;
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}

function Hyper({ name, value, error, onChange }: HyperProps) {
  const [label = name, description] = words.hyper[name] ?? [name];
  const choices = CHOICES[name];
  return choices ? (
    <Select
      label={label}
      description={description}
      data={choices}
      value={value}
      onChange={(chosen) => onChange(chosen ?? "")}
      allowDeselect={false}
      error={error ?? undefined}
    />
  ) : (
    <TextInput
      label={label}
      description={description}
      inputMode="decimal"
      placeholder={words.automatic}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error ?? undefined}
    />
  );
}
