"""The names that people give to the fields of their forms, in five languages.

Written as they are compared: without accents, case, spaces and punctuation, so that
`Correo electrónico` is `correoelectronico`. Where a form fills in several fields of one
meaning, the name that stands first here counts.
"""

from collections.abc import Iterator

_NAMES = {
    "first_name": "firstname fname givenname forename first vorname prenom nombre nombres"
    " primernombre nome primeironome",
    "last_name": "lastname lname surname familyname last nachname familienname apellido apellidos"
    " nomdefamille sobrenome ultimonome apelido",
    "full_name": "fullname name nameandsurname firstandlastname firstlastname namefirstlast"
    " nameofcontact contactname customername clientname leadname nombrecompleto nombreyapellido"
    " nombreyapellidos nombreapellido nomcomplet nometprenom prenometnom nom nomecompleto"
    " nomeesobrenome vollstandigername vorundnachname",
    "email": "email emailaddress emails emailaddresses primaryemail personalemail mail emailid"
    " correo correoelectronico direcciondecorreo direcciondecorreoelectronico courriel"
    " adressemail adresseemail adressecourriel adresseelectronique mailadresse emailadresse"
    " enderecodeemail workemail businessemail",
    "phone": "phone phonenumber phones phonenumbers telephone telephonenumber tel telno telnumber"
    " phoneno mobile mobilephone mobilenumber mobileno cell cellphone cellnumber contactnumber"
    " contactno primaryphone bestphone bestphonenumber bestnumber daytimephone eveningphone"
    " telefono telefonomovil numerodetelefono celular movil numtelephone numerodetelephone"
    " telephoneportable portable telefon telefonnummer rufnummer handy handynummer mobilnummer"
    " mobiltelefon telefone telefonecelular telemovel whatsapp homephone workphone",
    "message": "message msg comment comments question questions inquiry enquiry mensaje mensagem"
    " nachricht yourquestion commentsquestions questionscomments commentsorquestions"
    " questionsorcomments additionalcomments additionalinformation howcanwehelp"
    " howcanwehelpyou howmaywehelp howcanihelp howcanihelpyou tellusmore comentario comentarios"
    " consulta pregunta commentaire commentaires mitteilung kommentar anmerkung anmerkungen"
    " observacoes notes note description details textarea body",
    "kind": "interest interests interestedin role leadtype kind iam iwantto imlookingto lookingto"
    " iaminterestedin iminterestedin buyingorselling buyorsell areyoubuyingorselling"
    " areyoulookingtobuyorsell transactiontype inquirytype menu interes interesadoen quiero",
    "language": "language preferredlanguage lang idioma idiomapreferido langue sprache lingua",
    "address": "address streetaddress street propertyaddress addressline addressline1 address1"
    " addrline1 direccion adresse anschrift strasse endereco morada",
    "city": "city town propertycity ciudad ville ort stadt cidade",
    "state": "state region province propertystate statecode estado provincia bundesland",
    "zip": "zip zipcode postalcode postcode postal zippostalcode propertyzip codigopostal"
    " codepostal plz postleitzahl cep",
    "price": "price budget pricerange maxprice pricemax listprice propertyprice maxbudget"
    " presupuesto precio preco orcamento",
    "mls": "mls mlsid mlsnumber mlsno",
    "url": "propertyurl listingurl propertylink listinglink",
}


def _by_name() -> Iterator[tuple[str, tuple[str, int]]]:
    for ours, names in _NAMES.items():
        for rank, name in enumerate(names.split()):
            yield name, (ours, rank)


MEANINGS = dict(_by_name())
"""A name → what it means, by our own names, and its rank among those that mean the same."""

INSIDE = {
    ("full_name", "first"): "first_name",
    ("full_name", "last"): "last_name",
    ("full_name", "full"): "full_name",
    ("email", "address"): "email",
    ("phone", "full"): "phone",
    ("phone", "number"): "phone",
}
"""Names that mean something else inside a field: `name[first]`, `email.address`."""

NO_NAMES = frozenset({"username", "leadprice"})
"""A login is no name, and what a lead costs is no price of a home."""

OF_THE_PERSON = frozenset({"first_name", "last_name", "full_name", "email", "phone", "message"})

_WORDS_FOR_OTHERS = (
    "agent agents realtor realtors broker brokers brokerage office owner landlord manager admin"
    " administrator staff recipient assigned assignee assistant lender spouse wife husband partner"
    " cobuyer coborrower coapplicant friend friends referrer referral referred reference"
    " references emergency employer company vendor support notification noreply reply from cc bcc"
    " agente agentes inmobiliaria propietario conjuge esposa esposo esposos pareja amigo amiga"
    " empresa makler courtier conjoint corretor imobiliaria"
)
SOMEBODY_ELSE = frozenset(_WORDS_FOR_OTHERS.split())
"""Words for people and offices that are not who asks: `agent_email`, `Office phone`."""

_WORDS_FOR_THINGS = "form meta page site campaign utm source property listing ad adset website"
NO_PERSON = frozenset(_WORDS_FOR_THINGS.split())
"""Groups with names of things: `form[name]` is the form's, `page.email` the page's."""
