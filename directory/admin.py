from django.contrib import admin

from directory.models import Department, Enterprise, Industry, Park


@admin.register(Department, Industry, Park)
class NamedAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "name_en", "order"]
    search_fields = ["code", "name", "name_en"]


@admin.register(Enterprise)
class EnterpriseAdmin(admin.ModelAdmin):
    list_display = ["name", "uscc", "industry", "park", "is_sample"]
    list_filter = ["industry", "park", "is_sample"]
    search_fields = ["name", "uscc"]
