// An endpoint's signing secret.
import { ShownOnce } from "../../components/ShownOnce";
import { notifications } from "../../texts/notifications";

const words = notifications.webhooks;

export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <ShownOnce
      title={words.secretTitle}
      detail={words.secretDetail}
      secret={secret}
      testId="secret"
      onDone={onDone}
    />
  );
}
