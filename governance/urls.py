"""Addresses of the governance application."""

from django.urls import URLPattern, URLResolver, path

from governance.views import feed, improvement, register, review, search, today

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("account/calendar/", feed.calendar_feed, name="calendar_feed"),
    path("account/calendar/revoke/", feed.calendar_revoke, name="calendar_revoke"),
    path("calendar/<str:secret>.ics", feed.calendar_ics, name="calendar_ics"),
    path("search/", search.search_page, name="search"),
    path("improvement/", improvement.improvement_hub, name="improvement"),
    path("improvement/reviews/", review.reviews, name="reviews"),
    path("improvement/reviews/new/", review.review_new, name="review_new"),
    path("improvement/reviews/<int:pk>/", review.review, name="review"),
    path("improvement/reviews/<int:pk>/hold/", review.review_hold_step, name="review_hold"),
    path("improvement/reviews/<int:pk>/conclude/", review.review_conclude_step, name="review_conclude"),
    path("improvement/register/", register.improvements, name="improvements"),
    path("improvement/register/new/", improvement.improvement_new, name="improvement_new"),
    path("improvement/register/<int:pk>/", improvement.improvement_entry, name="improvement_entry"),
    path("improvement/register/<int:pk>/<slug:verb>/", improvement.improvement_step, name="improvement_step"),
    path("operations/breaches/<int:pk>/improvements/", improvement.breach_improvements, name="breach_improvements"),
    path("agreements/<slug:slug>/reviews/", review.agreement_reviews, name="agreement_reviews"),
    path("catalogue/<slug:slug>/improvements/", improvement.service_improvements, name="service_improvements"),
]
