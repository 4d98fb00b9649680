using System.Reflection;

namespace GBlend.MLNet.AutoML;

/// <summary>Properties of settings by their path from the settings class down.</summary>
internal static class SettingPath
{
    internal static void Set(object settings, string path, object? value)
    {
        var (owner, property) = Follow(settings, path);
        property.SetValue(owner, value);
    }

    internal static object? Get(object settings, string path)
    {
        var (owner, property) = Follow(settings, path);
        return property.GetValue(owner);
    }

    private static (object Owner, PropertyInfo Property) Follow(object settings, string path)
    {
        string[] names = path.Split('.');
        object owner = settings;
        foreach (string name in names[..^1])
            owner = owner.GetType().GetProperty(name)!.GetValue(owner) ?? throw new ArgumentException($"{name} of {path} is null. Give it a value.");
        return (owner, owner.GetType().GetProperty(names[^1])!);
    }
}
