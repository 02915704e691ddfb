// One of the three ways to begin: a picture of what it is, its words, and one button.
import { Box, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./WayCard.module.css";

interface WayCardProps {
  title: string;
  detail: string;
  picture: ReactNode;
  action: ReactNode;
}

export function WayCard({ title, detail, picture, action }: WayCardProps) {
  return (
    <Paper component="section" withBorder className={classes.card}>
      <Box className={classes.picture}>{picture}</Box>
      <Stack gap="xs" p="lg" flex={1}>
        <Title order={2}>{title}</Title>
        <Text c="dimmed" flex={1}>
          {detail}
        </Text>
        <Box pt="xs">{action}</Box>
      </Stack>
    </Paper>
  );
}
