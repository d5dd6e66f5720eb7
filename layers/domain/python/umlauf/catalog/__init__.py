"""What is offered: plans and their versions, add-ons, price models, prices per currency."""
