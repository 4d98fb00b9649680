using System.Globalization;
using System.Reflection;
using Microsoft.ML.SearchSpace;

namespace GBlend.MLNet.AutoML;

/// <summary>Reads a space from ML.NET's attributes.</summary>
internal static class AttributedProperties
{
    internal static IReadOnlyList<SweepSetting> Read(Type type) => [.. Read(type, "")];

    private static IEnumerable<SweepSetting> Read(Type type, string prefix)
    {
        if (type.GetFields(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(f => AttributesOf(f).Length > 0) is { } field)
            throw new ArgumentException($"{type.Name}.{field.Name} is a field, which would never be filled. Make it a property with a getter and a setter.");
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var attributes = AttributesOf(property);
            if (attributes.Length == 0)
                continue;
            string path = prefix + property.Name;
            if (attributes.Length > 1)
                throw new ArgumentException($"{path} has {attributes.Length} of the attributes Range, Choice, BooleanChoice and NestOption. One is allowed.");
            if (property.SetMethod is not { IsPublic: true })
                throw new ArgumentException($"{path} has no public setter, so it would never be filled. Add one.");
            if (attributes[0] is NestOptionAttribute)
            {
                foreach (var nested in Read(property.PropertyType, path + "."))
                    yield return nested;
            }
            else
                yield return Scaled(Setting(path, property.PropertyType, attributes[0]), property);
        }
    }

    private static Attribute[] AttributesOf(MemberInfo member) =>
        [.. member.GetCustomAttributes(inherit: false).OfType<Attribute>()
            .Where(a => a is RangeAttribute or ChoiceAttribute or BooleanChoiceAttribute or NestOptionAttribute)];

    private static SweepSetting Setting(string path, Type type, Attribute attribute) => attribute switch
    {
        RangeAttribute range => SweepSetting.Range(path, type, ToDouble(range.Min), ToDouble(range.Max), range.LogBase),
        ChoiceAttribute choice => SweepSetting.Choice(path, type, choice.Candidates),
        _ => SweepSetting.Choice(path, type, [true, false]),
    };

    /// <summary>The range of the learning rate is SGD's.</summary>
    private static SweepSetting Scaled(SweepSetting setting, PropertyInfo property) =>
        property is { Name: nameof(GradientBlendingSettings.LearningRate) } && property.DeclaringType == typeof(GradientBlendingSettings)
            ? setting.Scaled(settings => SettingsMapping.RateScale(((GradientBlendingSettings)settings).Optimizer))
            : setting;

    private static double ToDouble(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
