"""Mail through Amazon SES.

Letters go by mail to the house's own print desk until a print service is wired.
"""

from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from umlauf.notifications.errors import PostRefused, PostSilent, PostUnavailable
from umlauf.notifications.model import Channel, Mail

_REFUSED: Final = frozenset(
    {"BadRequestException", "MessageRejected", "MailFromDomainNotVerifiedException"}
)


class SesPost:
    """Implements umlauf.notifications.ports.Post."""

    def __init__(self, client: Any, sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, mail: Mail) -> str:
        subject = mail.subject
        if mail.channel is Channel.LETTER:
            # Who it goes to is looked up at the print desk: an id tells no one else anything.
            subject = f"[letter to {mail.customer_id}] {subject}"
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to or self._sender]},
                Content={
                    "Simple": {
                        "Subject": {"Data": subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                        # Two copies of one message can be told to be the same.
                        "Headers": [{"Name": "X-Umlauf-Message", "Value": mail.message_id}],
                    }
                },
                EmailTags=[{"Name": "template", "Value": mail.template.value}],
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _REFUSED:
                raise PostRefused(f"the mail service refuses the message: {code}") from error
            raise PostUnavailable(f"the mail service cannot send now: {code}") from error
        except BotoCoreError as error:
            # No answer: it may have gone out. Let the lease run out before anybody tries again.
            raise PostSilent("the mail service did not answer") from error
        return str(answer["MessageId"])
