// One click from nothing to a four-step result; what happens meanwhile is told in plain words.
import { Box, Button, Group, Loader, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconArrowRight, IconSparkles } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Face } from "../../components/Face";
import { ProblemCard } from "../../components/ProblemCard";
import { useSession } from "../../components/session";
import { demoSteps, home as texts } from "../../texts/home";
import { type DemoStep, tryDemo } from "./demo";
import covered from "./pictures/covered.png";
import first from "./pictures/version-1.png";
import second from "./pictures/version-2.png";
import third from "./pictures/version-3.png";
import fourth from "./pictures/version-4.png";
import { WayCard } from "./WayCard";

const NEEDS = ["datasets:write", "models:read", "reimagings:write"] as const;
const SIDE = 32;

export function TryDemo() {
  const [step, setStep] = useState<DemoStep>("faces");
  const navigate = useNavigate();
  const { scopes } = useSession();
  const missing = scopes.includes("admin") ? [] : NEEDS.filter((scope) => !scopes.includes(scope));
  const demo = useMutation({
    mutationFn: () => tryDemo(setStep),
    onSuccess: (id) => navigate(`/reimage/${id}`),
  });
  return (
    <WayCard
      title={texts.tryTitle}
      detail={texts.tryDetail}
      picture={<Versions />}
      action={
        <Stack gap={0}>
          <Button
            fullWidth
            leftSection={
              demo.isPending ? (
                <Loader size={16} color="currentColor" aria-hidden />
              ) : (
                <IconSparkles size={18} stroke={1.8} aria-hidden />
              )
            }
            disabled={missing.length > 0}
            aria-disabled={demo.isPending}
            onClick={() => demo.isPending || demo.mutate()}
          >
            {demo.isPending ? demoSteps[step] : texts.tryButton}
          </Button>
          <span className="visually-hidden" role="status">
            {demo.isPending && demoSteps[step]}
          </span>
          {missing.length > 0 && (
            <Text fz="sm" c="dimmed" mt="sm">
              {texts.notAllowed(missing.join(", "))}
            </Text>
          )}
          {demo.error && (
            <Box mt="sm">
              <ProblemCard error={demo.error} onRetry={() => demo.mutate()} />
            </Box>
          )}
        </Stack>
      }
    />
  );
}

/** What the demo shows, made by its own model: seen once, before the first click. */
function Versions() {
  return (
    <Group gap={10} wrap="nowrap" role="group" aria-label={texts.tryPictures}>
      <Face src={covered} alt={texts.covered} side={SIDE} size={96} />
      <IconArrowRight size={22} stroke={1.6} aria-hidden />
      <SimpleGrid cols={2} spacing={6} verticalSpacing={6}>
        {[first, second, third, fourth].map((src, index) => (
          <Face key={src} src={src} alt={texts.version(index + 1)} side={SIDE} size={64} synthetic />
        ))}
      </SimpleGrid>
    </Group>
  );
}
