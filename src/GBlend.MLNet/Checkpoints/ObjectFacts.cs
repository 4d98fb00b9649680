using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace GBlend.MLNet;

/// <summary>
/// What objects say in all their fields, private ones and those of lambdas included, as names and texts that can be kept and compared. Objects of
/// which they are the same, made by the same code, do the same; so that whatever an option adds is compared without being listed anywhere.
/// </summary>
/// <param name="facts">Receives names and texts.</param>
internal sealed class ObjectFacts(IDictionary<string, string> facts)
{
    /// <summary>Objects in objects; what lies deeper is not looked at.</summary>
    private const int MostDepth = 10;

    /// <summary>Numbers that are shown; of more there is a digest.</summary>
    private const int MostNumbers = 16;

    private static readonly Assembly s_own = typeof(ObjectFacts).Assembly;

    /// <summary>Adds what an object says.</summary>
    /// <param name="name">What the object is.</param>
    /// <param name="value">The object.</param>
    internal void Add(string name, object? value) => Add(name, value, 0);

    /// <summary>Which build of an assembly it is.</summary>
    internal static string CodeOf(Assembly assembly) => $"{assembly.GetName().Version} ({assembly.ManifestModule.ModuleVersionId:N})";

    private void Add(string name, object? value, int depth)
    {
        if (depth > MostDepth)
            return;
        switch (value)
        {
            case null:
                facts[name] = "none";
                break;
            case string or bool or Enum or Type or IFormattable:
                facts[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
                break;
            case Encoder encoder:
                facts[name] = $"{encoder.Kind} {encoder.ToSettings()?.ToJsonString()}";
                AddCode(name, encoder.GetType().Assembly);
                break;
            case Delegate call:
                AddCode(name, call.Method.Module.Assembly);
                facts[name] = $"{call.Method.DeclaringType?.Name}.{call.Method.Name}";
                if (call.Target is { } target)
                    AddFields(name, target, depth, isOwn: call.Method.Module.Assembly == s_own);
                break;
            case IEnumerable<KeyValuePair<string, float[]>> named:
                facts[name] = Digest(named.OrderBy(n => n.Key, StringComparer.Ordinal)
                    .SelectMany(n => (byte[])[.. Encoding.UTF8.GetBytes(n.Key), .. MemoryMarshal.AsBytes<float>(n.Value)]));
                break;
            case Array numbers when numbers.GetType().GetElementType()!.IsPrimitive:
                var texts = numbers.Cast<IConvertible>().Select(n => n.ToString(CultureInfo.InvariantCulture)).ToArray();
                facts[name] = texts.Length <= MostNumbers ? $"[{string.Join(", ", texts)}]" : $"{texts.Length} numbers, "
                    + $"{Digest(Encoding.UTF8.GetBytes(string.Join(",", texts)))}";
                break;
            case IEnumerable items:
                int count = 0;
                foreach (object? item in items)
                    Add($"{name}[{count++}]", item, depth + 1);
                facts[$"{name}.Count"] = count.ToString(CultureInfo.InvariantCulture);
                break;
            default:
                facts[name] = value.GetType().Name;
                AddCode(name, value.GetType().Assembly);
                AddFields(name, value, depth, isOwn: value.GetType().Assembly == s_own);
                break;
        }
    }

    /// <summary>Fields of others' objects may lead anywhere: only numbers and texts in them are looked at.</summary>
    private void AddFields(string name, object value, int depth, bool isOwn)
    {
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (isOwn || IsPlain(field.FieldType))
                    Add($"{name}.{NameOf(field)}", field.GetValue(value), depth + 1);
            }
        }
    }

    /// <summary>Code of others can change while this library stays the same.</summary>
    private void AddCode(string name, Assembly assembly)
    {
        if (assembly != s_own && assembly != typeof(object).Assembly)
            facts[$"the code of {name}"] = $"{assembly.GetName().Name} {CodeOf(assembly)}";
    }

    private static bool IsPlain(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(decimal)
            || (plain.IsArray && plain.GetElementType()!.IsPrimitive);
    }

    /// <summary>A field as people know it: without the underscore, and of a property or a parameter the name of that.</summary>
    private static string NameOf(FieldInfo field) =>
        field.Name is ['<', .. var rest] && rest.IndexOf('>') is > 0 and var end ? rest[..end] : field.Name.TrimStart('_');

    private static string Digest(IEnumerable<byte> content) => Convert.ToHexString(SHA256.HashData([.. content]))[..16];
}
