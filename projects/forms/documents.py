"""Papers, maturity and plots of a project."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Park
from ledgers.fields import FilesField
from projects import choices, services
from projects.forms.fields import DeedForm, RowField, choice, day, number, text
from projects.models import MaturityItem, Plot


class DocumentsForm(DeedForm):
    label = gettext_lazy("上传材料")
    effect = gettext_lazy("材料存入项目档案，内部人员可见。")
    kind = choice(choices.DOCUMENT, label=gettext_lazy("材料类别"))
    attachments = FilesField(
        label=gettext_lazy("文件"), help_text=gettext_lazy("可多选，每个不超过20MB。")
    )

    @property
    def back(self):
        return "documents"

    def take(self):
        kept = services.add_documents(
            **self.common,
            kind=self.cleaned_data["kind"],
            uploads=self.cleaned_data["attachments"],
        )
        return _("已上传%(count)d个文件。") % {"count": len(kept)}


class MaturityForm(DeedForm):
    label = gettext_lazy("储备成熟度")
    effect = gettext_lazy("保存各事项的完成日期。")

    @property
    def back(self):
        return "maturity"

    def prepare(self):
        marks = {mark.item_id: mark for mark in self.project.maturity.all()}
        self.items = list(MaturityItem.objects.filter(is_active=True))
        for item in self.items:
            mark = marks.get(item.pk)
            self.fields[item.code] = day(
                item.label, future=False, initial=mark.met_on if mark else None
            )
            words = {"weight": item.weight}
            self.fields[item.code].help_text = _("权重%(weight)d；未完成的留空。") % words

    def take(self):
        met = {item: self.cleaned_data[item.code].day for item in self.items}
        services.mark_maturity(**self.common, met=met)
        return _("储备成熟度已保存。")


class PlotForm(DeedForm):
    label = gettext_lazy("用地记录")
    effect = gettext_lazy("记录项目使用的地块；填写截止日期的，结束使用。")
    plot = RowField(
        Plot.objects.select_related("park"),
        to_field_name="number",
        label=gettext_lazy("地块"),
        required=False,
        help_text=gettext_lazy("没有登记过的地块，请在下面填写。"),
    )
    plot_number = text(gettext_lazy("新地块宗地号"), required=False, max_length=40)
    park = RowField(
        Park.objects.all(), to_field_name="code", label=gettext_lazy("所在园区"), required=False
    )
    area_mu = number(gettext_lazy("面积（亩）"))
    status = choice(choices.PLOT_STATUS, label=gettext_lazy("地块状态"), required=False)
    since = day(gettext_lazy("使用起始日期"), required=True)
    until = day(gettext_lazy("使用截止日期"))

    @property
    def back(self):
        return "plots"

    def clean(self):
        data = super().clean()
        if data.get("plot"):
            return data
        for name in ("plot_number", "park", "area_mu", "status"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("请选择已有地块，或填写齐新地块的各项信息。"))
        if Plot.objects.filter(number=data.get("plot_number")).exists():
            self.add_error("plot_number", _("这个宗地号已登记，请在上面选择。"))
        return data

    def take(self):
        data = self.cleaned_data
        new = {name: data[name] for name in ("park", "area_mu", "status")}
        services.use_plot(
            **self.common,
            plot=data["plot"]
            or Plot(number=data["plot_number"], is_sample=self.project.is_sample, **new),
            **self.values("since", "until"),
        )
        return _("用地记录已保存。")
