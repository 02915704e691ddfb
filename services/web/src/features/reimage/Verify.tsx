// Whether a bundle is as this service has signed it: each check with its outcome.
import { Alert, Button, FileInput, List, Modal, Stack, Text, ThemeIcon } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconMinus, IconShieldCheck, IconX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "react-router";
import { ProblemCard } from "../../components/ProblemCard";
import { Statement } from "../../components/Statement";
import type { Schemas } from "../../lib/api";
import { postForm } from "../../lib/posting";
import { reimage as texts } from "../../texts/reimage";

const LOOKS = {
  passed: { color: "green", icon: IconCheck },
  failed: { color: "red", icon: IconX },
  skipped: { color: "gray", icon: IconMinus },
} as const;

export function Verify() {
  const [isOpen, { open, close }] = useDisclosure(false);
  const verify = useMutation({
    mutationFn: (bundle: File) => postForm<Schemas["VerificationView"]>("/v1/verifications", { bundle }),
  });
  return (
    <>
      <Button
        variant="subtle"
        className="no-print"
        leftSection={<IconShieldCheck size={16} aria-hidden />}
        onClick={open}
      >
        {texts.verify}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={texts.verify}
        size="lg"
        closeButtonProps={{ "aria-label": texts.close }}
      >
        <Stack>
          <Text c="dimmed" fz="sm">
            {texts.verifyDetail}
          </Text>
          <FileInput
            label={texts.bundleFile}
            placeholder={texts.chooseBundle}
            accept=".zip,application/zip"
            onChange={(file) => file && verify.mutate(file)}
          />
          <div role="status">
            {verify.isPending && <Text>{texts.checking}</Text>}
            {verify.data && <Outcome found={verify.data} onClose={close} />}
          </div>
          {verify.error && <ProblemCard error={verify.error} />}
        </Stack>
      </Modal>
    </>
  );
}

function Outcome({ found, onClose }: { found: Schemas["VerificationView"]; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Alert
        color={found.valid ? "green" : "red"}
        variant="light"
        title={found.valid ? texts.valid : texts.notValid}
      >
        <Statement />
      </Alert>
      <List spacing="xs" center={false} listStyleType="none">
        {found.checks.map(({ name, outcome, detail }) => {
          const { color, icon: Icon } = LOOKS[outcome];
          return (
            <List.Item
              key={name}
              icon={
                <ThemeIcon size={22} radius="xl" color={color} variant="light" aria-hidden>
                  <Icon size={14} />
                </ThemeIcon>
              }
            >
              <Text fz="sm">
                <b>{texts.checks[name]}</b>: {texts.outcomes[outcome]}
              </Text>
              <Text fz="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                {detail}
              </Text>
            </List.Item>
          );
        })}
      </List>
      {found.reimaging_id && (
        <Button component={Link} to={`/reimage/${found.reimaging_id}`} variant="default" onClick={onClose}>
          {texts.openIt}
        </Button>
      )}
    </Stack>
  );
}
