using System.Reflection;
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

    private static bool IsSwitch(Type type) => type == typeof(bool) || type == typeof(bool?);

    private static bool IsStatement(string name)
    {
        string first = new([name[0], .. name.Skip(1).TakeWhile(char.IsLower)]);
        return first.Length < name.Length && first.EndsWith('s') && first.ToLowerInvariant() is not ("is" or "was" or "has");
    }
}
