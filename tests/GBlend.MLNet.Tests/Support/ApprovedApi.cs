using System.Reflection;
using System.Xml.Linq;
using PublicApiGenerator;

namespace GBlend.MLNet.Tests;

/// <summary>The public surface of a library stands in a file beside its tests, so that a change of it is seen in review.</summary>
internal static class ApprovedApi
{
    /// <param name="library">The library; its file is called NAME.approved.txt.</param>
    /// <param name="testFile">A source file in the folder of that file.</param>
    internal static void Check(Assembly library, string testFile)
    {
        string found = library.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            DenyNamespacePrefixes = [],
        }).ReplaceLineEndings("\n");
        Assert.Empty(OptionsThatAreNoOrders(library));
        Assert.Empty(SummariesWithoutSubject(library));
        Approved.Check("The public API", Path.Combine(Path.GetDirectoryName(testFile)!, library.GetName().Name + ".approved.txt"), found);
    }

    /// <summary>What a user switches on is an order (<c>KeepLearningRate</c>) or a state (<c>IsFrozen</c>), not a statement
    /// (<c>KeepsLearningRate</c>).</summary>
    internal static IReadOnlyList<string> OptionsThatAreNoOrders(Assembly library)
    {
        var types = library.GetExportedTypes();
        var properties = types.SelectMany(t => t.GetProperties()).Where(p => IsSwitch(p.PropertyType) && p.SetMethod is { IsPublic: true }).Select(
            p => (p.DeclaringType, p.Name));
        var parameters = types.SelectMany(t => t.GetMethods().Cast<MethodBase>().Concat(t.GetConstructors())).SelectMany(m => m.GetParameters())
            .Where(p => IsSwitch(p.ParameterType)).Select(p => (p.Member.DeclaringType, Name: p.Name!));
        return [.. properties.Concat(parameters).Where(o => IsStatement(o.Name)).Select(o => $"{o.DeclaringType!.Name}.{o.Name}").Distinct()];
    }

    /// <summary>
    /// A summary is a sentence with a subject, clear without the member's name: not "Whether rows are mixed." but "A value that says whether ...".
    /// </summary>
    private static IReadOnlyList<string> SummariesWithoutSubject(Assembly library)
    {
        string[] starts = ["How ", "What ", "Where ", "Whether ", "Of ", "With ", "As ", "By ", "When ", "Which ", "Whose ", "Receives ", "Those "];
        return [.. XDocument.Load(Path.ChangeExtension(library.Location, ".xml")).Descendants("member")
            .Select(member => (Name: (string)member.Attribute("name")!, Summary: string.Concat(member.Element("summary")?.Value.TrimStart() ?? "")))
            .Where(member => starts.Any(start => member.Summary.StartsWith(start, StringComparison.Ordinal)) && IsVisible(library, member.Name))
            .Select(member => $"{member.Name}: {member.Summary.Split('\n')[0]}")];
    }

    /// <summary>Whether users see what a name of a documentation file stands for.</summary>
    private static bool IsVisible(Assembly library, string name)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        string path = name[2..].Split('(')[0];
        if (name[0] == 'T')
            return TypeOf(library, path) is { IsVisible: true };
        int dot = path.LastIndexOf('.');
        string member = path[(dot + 1)..].Split('`')[0];
        return TypeOf(library, path[..dot]) is { IsVisible: true } type && type.GetMembers(all).Any(found => found.Name == member && found switch
        {
            PropertyInfo property => property.GetAccessors().Length > 0,
            MethodBase method => method.IsPublic || method.IsFamily,
            FieldInfo field => field.IsPublic,
            EventInfo => true,
            _ => false,
        });
    }

    /// <summary>The type of a name in which the types that it is in are set off by dots.</summary>
    private static Type? TypeOf(Assembly library, string path)
    {
        for (string name = path; ;)
        {
            if (library.GetType(name) is { } type)
                return type;
            int dot = name.LastIndexOf('.');
            if (dot < 0)
                return null;
            name = $"{name[..dot]}+{name[(dot + 1)..]}";
        }
    }

    private static bool IsSwitch(Type type) => type == typeof(bool) || type == typeof(bool?);

    private static bool IsStatement(string name)
    {
        string first = new([name[0], .. name.Skip(1).TakeWhile(char.IsLower)]);
        return first.Length < name.Length && first.EndsWith('s') && first.ToLowerInvariant() is not ("is" or "was" or "has");
    }
}
