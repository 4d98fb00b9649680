using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace GBlend.MLNet.Tests.Architecture;

/// <summary>Which source file of a library uses what is declared in which other one, as the compiler sees it. Comments don't count.</summary>
internal sealed class SourceGraph
{
    /// <summary>All assemblies that the tests run on.</summary>
    private static readonly Lazy<Dictionary<string, MetadataReference>> s_references = new(() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).DistinctBy(Path.GetFileName).ToDictionary(
            path => Path.GetFileNameWithoutExtension(path), path => (MetadataReference)MetadataReference.CreateFromFile(path)));

    private readonly Dictionary<string, Dictionary<string, string>> _uses = [];

    private SourceGraph(CSharpCompilation compilation)
    {
        foreach (var (file, uses) in compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0).AsParallel().Select(
            tree => (tree.FilePath, UsesIn(tree, compilation.GetSemanticModel(tree)))))
            _uses.Add(file, uses);
    }

    /// <summary>The source files, as paths relative to the library's folder, with '/' between folders.</summary>
    internal IEnumerable<string> Files => _uses.Keys;

    /// <summary>The files that a file uses, each with the first place where it does.</summary>
    internal IReadOnlyDictionary<string, string> UsesOf(string file) => _uses[file];

    /// <summary>Reads all sources of a library.</summary>
    /// <param name="folder">The folder of its project.</param>
    internal static SourceGraph OfFolder(string folder) => Of(Read(folder), Path.GetFileName(folder));

    /// <summary>Reads sources that are given.</summary>
    /// <param name="sources">Path and text of each file.</param>
    /// <param name="library">The name of the library that they make.</param>
    internal static SourceGraph Of(IEnumerable<(string Path, string Text)> sources, string library = "Sources") =>
        new(Compile(sources, library, new CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary)));

    /// <summary>All sources in a folder and below it, as path and text.</summary>
    internal static IEnumerable<(string Path, string Text)> Read(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Select(path => (Path: Path.GetRelativePath(folder, path).Replace('\\', '/'), Text: path))
        .Where(file => !file.Path.Split('/').Any(part => part is "obj" or "bin"))
        .Select(file => (file.Path, File.ReadAllText(file.Text)));

    /// <summary>Compiles sources with all that the tests run on, but for what is compiled.</summary>
    /// <param name="sources">Path and text of each file.</param>
    /// <param name="library">The name of the library that they make.</param>
    /// <param name="options">How.</param>
    internal static CSharpCompilation Compile(IEnumerable<(string Path, string Text)> sources, string library, CSharpCompilationOptions options)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None);
        var usings = CSharpSyntaxTree.ParseText(
            "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; "
                + "global using System.Threading.Tasks;", parse, "");
        var trees = sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, parse, source.Path));
        return CSharpCompilation.Create(library, [usings, .. trees], s_references.Value.Where(r => r.Key != library).Select(r => r.Value), options);
    }

    /// <summary>The largest set of nodes each of which reaches every other one.</summary>
    /// <param name="nodeOf">The node that a file belongs to: itself, or its folder.</param>
    internal IReadOnlyList<string> LargestCycle(Func<string, string> nodeOf)
    {
        var edges = Files.GroupBy(nodeOf).ToDictionary(
            g => g.Key, g => g.SelectMany(file => _uses[file].Keys).Select(nodeOf).Where(other => other != g.Key).ToHashSet());
        HashSet<string> ReachedFrom(string start)
        {
            var reached = new HashSet<string>();
            var open = new Stack<string>([start]);
            while (open.TryPop(out string? node))
            {
                foreach (string next in edges[node].Where(reached.Add))
                    open.Push(next);
            }
            return reached;
        }
        var reach = edges.Keys.ToDictionary(node => node, ReachedFrom);
        return [.. edges.Keys.Select(node => reach[node].Where(other => reach[other].Contains(node)).Order(StringComparer.Ordinal).ToArray()).MaxBy(
            cycle => cycle.Length) ?? []];
    }

    private static Dictionary<string, string> UsesIn(SyntaxTree tree, SemanticModel model)
    {
        var uses = new Dictionary<string, string>();
        foreach (var name in tree.GetRoot().DescendantNodes(node => node is not UsingDirectiveSyntax).OfType<SimpleNameSyntax>())
        {
            var info = model.GetSymbolInfo(name);
            if ((info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) is not { } symbol)
                continue;
            foreach (string file in DeclaringFiles(symbol).Where(file => file != tree.FilePath))
                uses.TryAdd(file, $"line {name.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {name}");
        }
        return uses;
    }

    /// <summary>A nested type, a member or a local counts as the file of its outermost type; partial types have several.</summary>
    private static IEnumerable<string> DeclaringFiles(ISymbol symbol)
    {
        if (symbol is ILocalSymbol or IParameterSymbol or IRangeVariableSymbol or ILabelSymbol or INamespaceSymbol or ITypeParameterSymbol or IAliasSymbol)
            return [];
        var declared = symbol.OriginalDefinition is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol.OriginalDefinition;
        return declared.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath).Where(path => path.Length > 0).Distinct();
    }
}
