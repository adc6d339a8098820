"""What can go wrong with webhooks."""

from app.core.errors import Conflict, NotFound


class WebhookNotFound(NotFound):
    """There is no such webhook."""


class DeliveryNotFound(NotFound):
    """This webhook has no such delivery."""


class TooManyWebhooks(Conflict):
    """There are as many webhooks as a site can have."""

    code = "too_many_webhooks"


class WebhookDisabled(Conflict):
    """Nothing is sent to a webhook that is switched off."""

    code = "disabled"
